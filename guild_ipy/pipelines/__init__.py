"""Pipelines, whose steps are runs and batches, and requests of every kind.

- ``run_request``: runs what a user asks for: one run, a batch, a pipeline
- ``pipeline``: the process of a pipeline
- ``pipeline_member``: what comes of a step: a run, or by ``batch_member`` a batch
- ``batch_dependencies``: what the trials of such a batch depend on, when it is restarted
- ``step_flags``: the flags of a step
- ``step_request``: a step as a request
- ``step_plans``: what a pipeline would run, and errors in steps, before anything runs
- ``step_links``: links to the runs of steps
"""
