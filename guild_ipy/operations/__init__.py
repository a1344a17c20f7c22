"""From what the user wrote to a RunSpec.

``find`` what a word names · ``operation`` what every operation can say of itself, and the template that specs are made
of · ``surroundings`` and ``notebook`` where it is looked for · ``flags``, with ``flag_values`` and ``flag_size`` ·
``given_files`` files for one run · ``declared`` what a decorator says

Kinds: ``functions`` (and cells) · ``script_operation``, with ``script_file`` and ``scripts`` · ``notebook_operation``,
with ``notebook_file`` · ``guildfile``

``packing`` code that travels · ``sourcecode`` and ``file_source`` the snapshot · ``dependencies`` · ``config_file`` ·
``references`` ``${flag}`` in texts
"""
