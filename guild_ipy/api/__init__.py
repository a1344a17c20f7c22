"""The work behind the verbs, one plain function for each; the faces only read, call and show.

``session`` what verbs work with: settings, home, engine, notebook · ``current_index`` the index of the home ·
``handle`` a run as users hold it · ``result`` its return value · ``scalars`` · ``stale`` · ``viewer`` what a verb tells
while it works · ``home`` · ``project`` · ``files`` · ``stop`` · ``watch`` · ``pipeline`` the process of a pipeline

``finding`` which runs are meant · ``looking`` · ``comparing`` · ``changing`` · ``launching`` new runs, and runs again
"""
