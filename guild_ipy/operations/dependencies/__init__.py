"""What an operation requires: which runs and files that means today, and where they go in its run.

``resolve`` · ``given`` what the user says · ``choose`` the run that is used: marked, else the newest · ``run_query``
what a source asks for · ``named_runs`` · ``linked_runs`` and ``run_files`` what comes of runs · ``file_sources``
others · ``download`` · ``archive``, with ``archive_limits``
"""
