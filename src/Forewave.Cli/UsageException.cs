using Forewave.Protocol;

namespace Forewave.Cli;

/// <summary>The arguments do not fit together; the message says which. Exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>For a value that the broker would refuse: with the number that it would give.</summary>
    public static UsageException Of(ErrorCode code, string problem) => new(Numbered(code, problem));

    /// <summary>What is wrong, with its number.</summary>
    public static string Numbered(ErrorCode code, string problem) => $"{problem} ({code}, error {(uint)code})";

    /// <summary>For an argument of the command line that a library refused, in its words but for the name of its parameter.</summary>
    public static UsageException Of(ArgumentException refused, string where = "") =>
        new(where + refused.Message.Replace($" (Parameter '{refused.ParamName}')", "", StringComparison.Ordinal));
}
