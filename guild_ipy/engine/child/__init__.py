"""What the process of a run does: it opens the program, executes it, and leaves its outcome.

Before: ``unpack`` the payload · ``setup``, with ``option_setters``, sets up what the notebook has set up · ``seeds`` ·
``on_import`` acts when a module is imported · ``notebook_names`` and ``run_shell`` stand for IPython · ``unattended``
a run that nobody has checked. After: ``process`` how it ends · ``outcome`` what it returned or raised ·
``lazy_result`` · ``failure`` the traceback · ``missing_file`` the line below it · ``buffered`` output. Processes that
it begins anew: ``workers`` · ``spawning``
"""
