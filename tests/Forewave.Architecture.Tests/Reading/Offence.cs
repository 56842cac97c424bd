namespace Forewave.Architecture.Tests.Reading;

/// <summary>A place that breaks a rule, and how; lines count from 1.</summary>
internal sealed record Offence(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";

    /// <summary>Fails with the rule and all offenders at once.</summary>
    public static void AssertNone(string rule, IEnumerable<Offence> offences)
    {
        Offence[] found = [.. offences];
        if (found.Length > 0)
        {
            Assert.Fail($"{rule}\n  " + string.Join("\n  ", found.Select(offence => offence.ToString())));
        }
    }

    /// <summary>Fails unless exactly these things were found, in this order: the proof that a rule sees what it looks for.</summary>
    public static void AssertFound(IEnumerable<Offence> offences, params string[] whats) =>
        Assert.Equal(whats, offences.Select(offence => offence.What));
}
