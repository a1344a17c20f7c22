"""What a run is doing, and who has done something to it.

``state``, by ``markers`` and ``lock`` · ``run_process`` whose process it is · ``signals`` how it ended · ``reconcile``
settles lost runs · ``marks`` · ``changes`` the change log of a home
"""
