using System.Text;
using Forewave.Cli.Verbs;
using Forewave.Protocol;

namespace Forewave.Cli.Searching;

/// <summary>A header as the command line names it.</summary>
internal static class HeaderCondition
{
    /// <summary>Reads <c>NAME=VALUE</c>, or <c>NAME</c> for any value.</summary>
    /// <exception cref="UsageException">There is no name.</exception>
    public static KeyValuePair<string, ReadOnlyMemory<byte>?> Parse(string text)
    {
        int end = text.IndexOf('=', StringComparison.Ordinal);
        string name = end < 0 ? text : text[..end];
        if (name.Length == 0)
            throw UsageException.Of(ErrorCode.SearchFilterInvalid, $"--header '{text}' has no name");
        ReadOnlyMemory<byte>? value = end < 0 ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text[(end + 1)..]);
        return KeyValuePair.Create(name, value);
    }
}
