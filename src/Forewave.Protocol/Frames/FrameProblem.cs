namespace Forewave.Protocol.Frames;

/// <summary>Why bytes were refused: the error's number and what is wrong, in constant text. <c>default</c>: nothing is.</summary>
/// <param name="Code">The error's number.</param>
/// <param name="Text">What is wrong; never a part of the refused bytes.</param>
public readonly record struct FrameProblem(ErrorCode Code, string? Text)
{
    /// <summary>Nothing is wrong.</summary>
    public static FrameProblem None => default;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsNone => Code == ErrorCode.None;

    /// <summary>The bytes are no valid protobuf of the expected kind.</summary>
    internal static FrameProblem Broken(string text) => new(ErrorCode.FrameBroken, text);

    /// <summary>A length that no frame has.</summary>
    internal static FrameProblem OfLength(uint length) => length switch
    {
        0 => Broken("a frame has length 0"),
        _ when ForeignBytes.Describe(length) is { } foreign => Broken(foreign),
        _ => new FrameProblem(ErrorCode.FrameTooLarge, "a frame is longer than the limit"),
    };

    /// <summary>A field has a value that is not allowed.</summary>
    internal static FrameProblem Field(string text) => new(ErrorCode.FieldInvalid, text);

    /// <summary>The same as an exception.</summary>
    public ForewaveException ToException() => new(Code, Text);
}
