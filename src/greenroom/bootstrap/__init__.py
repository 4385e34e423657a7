"""
Put the house together: the only room that names drivers.

    house    settings in the values of the house; the data folder, its lock, its catalogue, its keys
    keeping  what takes, judges, keeps and gives out assets
    studio   settings of the studio: who speaks, who is seen, what it may take
    filming  what makes videos and avatars of assets
    server   the application over both, and what runs beside it

Commands that need no server import `house` alone.
"""
