namespace Forewave.Protocol.Frames;

/// <summary>A part of a frame by its place, so that the caller may keep it as memory while a reader only sees spans.</summary>
public readonly record struct ByteRange
{
    /// <summary>Where it begins in the frame.</summary>
    public required int Start { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required int Length { get; init; }

    /// <summary>The byte after its last one.</summary>
    public int End => Start + Length;

    /// <summary>Whether it has no bytes.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The whole of <paramref name="frame"/>.</summary>
    public static ByteRange All(ReadOnlySpan<byte> frame) => new() { Start = 0, Length = frame.Length };

    /// <summary>This part of <paramref name="frame"/>.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> frame) => frame.Slice(Start, Length);

    /// <summary>This part of <paramref name="frame"/>, whose owner still owns it.</summary>
    public ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> frame) => frame.Slice(Start, Length);
}
