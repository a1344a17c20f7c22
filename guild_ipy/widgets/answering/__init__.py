"""How the requests of a front end are answered.

- ``answer``: an answer, whatever is asked
- ``answering_widget``: what all widgets have in common
- ``direct_comm``: takes requests also while a cell is at work
"""
