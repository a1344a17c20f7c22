"""Guild files: what ``guild.yml`` says, as operations.

Reading: ``text`` YAML with the place of each value · ``nodes`` these values · ``fields`` their types · ``attributes``
which names there are · ``items`` a file and what it includes · ``inheritance``, ``sections``, ``params`` what is taken
from elsewhere · ``models``, ``definitions``, ``flags``, ``mains``, ``steps``, ``resources``, ``sources``,
``source_rules``, ``scalar_patterns`` the parts of an operation · ``circles`` operations that wait for each other ·
``file`` all of it · ``declared`` dependencies that Python declares.

Running: ``lookup`` finds an operation · ``modules`` and ``interface`` look at its script · ``found`` is what came of
it · ``operation`` can be run · ``filling`` puts flags into the command · ``source`` and ``program`` are the parts of
a spec.
"""

#: The name of Guild files.
GUILD_FILE = "guild.yml"
