"""Operations as a Guild file or a decorator declares them.

- ``operation_def``: an operation
- ``step_def``: a step of a pipeline
- ``search_def``: how its trials are searched
- ``command_template``: how flags reach a program
- ``dependency``: what an operation requires, with ``source_kind``; as JSON in ``dependency_json``
- ``resolved_dependency``: a dependency with the runs and files that were found for it
"""
