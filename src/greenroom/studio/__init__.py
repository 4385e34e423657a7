"""
The studio: script or sound, an avatar and assets in, a finished video out.

It knows nothing of accounts, rows or requests. A `Plan` says what is to be made, in values and open files; the
parts below make it, in a process of its own:

    voices/    text -> Speech: sound and, where the voice knows them, the times of words and phones
    timing/    Speech -> Timing: words for captions, and the mouth at 100 Hz
    cast/      Pose -> a picture of a presenter with transparency
    motion     Timing -> a Pose for each frame: mouth, blinks, gaze, head, hands
    scene/     backgrounds, captions and presenter, one frame over the other
    sound      voice and music -> the mix
    film       frames and mix -> the file
"""
