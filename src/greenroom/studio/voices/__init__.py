"""
Voices: text in, sound out, and the times of words and phones where a voice tells them.

    port        what a provider of voices is
    cast        the table of voices: ids, what they are, who speaks for them
    aliases     ids of other services, and the embedded voice that stands in
    casting     id + text -> Speech: looks up, speaks, falls back with a notice
    settings    which providers are configured, and everyone who speaks made of that
    normal      text as it is written -> text as it is said, with a map back
    espeak      the embedded voices, in a process of their own; flite where it is installed
    cloud/      the providers over HTTP
    languages   what can be done for each language
"""
