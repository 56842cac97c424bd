namespace Forewave.Integration.Tests.Documents;

/// <summary>A command that a page shows, without the program's name.</summary>
internal sealed record DocumentedCommand(string Page, int Line, IReadOnlyList<string> Arguments)
{
    public override string ToString() => $"{Page}:{Line}: forewave {string.Join(' ', Arguments)}";
}
