namespace Forewave.Cli;

/// <summary>The arguments do not fit together; the message says which. Exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>For an argument of the command line that a library refused, in its words but for the name of its parameter.</summary>
    public static UsageException Of(ArgumentException refused, string where = "") =>
        new(where + refused.Message.Replace($" (Parameter '{refused.ParamName}')", "", StringComparison.Ordinal));
}
