"""
The studio: script or sound, an avatar and assets in, a finished video out.

It knows nothing of accounts, rows or requests:

    voices/    text -> Speech: sound and, where the voice knows them, the times of words and phones
    timing/    Speech -> Timing: words for captions, and the mouth at 100 Hz
    motion     Timing -> a Pose for each frame: mouth, blinks, gaze, head, hands (with beats and gestures)
    cast/      Pose -> a picture of a presenter with transparency
    ground/    what is behind them, captions/ what is written over them, sound/ the mix of voice and music
    photo/     a photograph that talks
    film/      the way of a frame to a finished file
    produce    a Plan -> all of it, taken up where an attempt before has ended
"""
