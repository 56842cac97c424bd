namespace Forewave.Integration.Tests.Documents;

/// <summary>Finds C# in a page.</summary>
internal static class CodeReader
{
    private const string Fence = "```";

    /// <summary>The blocks that say that they are C#, each with the number of its first line.</summary>
    public static IEnumerable<(int Line, string Code)> BlocksOf(string text)
    {
        List<string>? block = null;
        int line = 0;
        foreach (string read in text.Split('\n'))
        {
            line++;
            if (block is null && read.StartsWith(Fence + "csharp", StringComparison.Ordinal))
            {
                block = [];
            }
            else if (block is not null && read.StartsWith(Fence, StringComparison.Ordinal))
            {
                yield return (line - block.Count, string.Join('\n', block));
                block = null;
            }
            else
            {
                block?.Add(read);
            }
        }
    }
}
