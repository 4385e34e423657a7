"""
The making of videos around the studio: who speaks, and the processes that draw.

    speaking    a script spoken by voices, from the server, which alone may call providers
    calls       requests of voices to providers, by the guarded client
    sounds      what providers send, decoded in a process of its own (sound_process)
    messages    what the server and a render process say to each other
    environment what processes are told of their surroundings
    confinement what they give up before they see anything
    process     the process that makes one video, confined before it sees an asset
    renderer    its supervisor: starts, watches, ends it
"""
