"""One plain function for each verb, wiring the layers below; the faces only parse, call and show.

``run`` · ``start`` · ``runs`` · ``info`` · ``files`` · ``mark`` · ``label`` · ``tag`` · ``comment`` · ``stop`` ·
``watch`` · ``delete`` · ``restore`` · ``purge`` · ``home`` · ``operations``. They take a
:class:`~guild_ipy.api.context.Context` and give :class:`~guild_ipy.api.handle.Run` objects.
"""
