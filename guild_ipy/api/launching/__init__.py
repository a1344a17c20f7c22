"""Starting runs: finding what they depend on, giving them a process, following them; and starting them again.

``run`` an operation as a new run · ``needed`` a run that is there already, in its place · ``dependencies``, with
``dependency_text`` · ``launch`` gives a prepared run its process and follows it

``start`` a staged run, or a run again · ``changed_flags`` and ``refill`` other flags for it · ``reselect`` its
dependencies · ``foreign`` a run that Guild AI made

``step_checks`` · ``step_flags`` · ``step_links`` the steps of a pipeline
"""
