namespace Forewave.Bench.Probes;

/// <summary>What the command line asks for.</summary>
internal sealed record RunOptions
{
    /// <summary>Where the files of the disk probes go; the current folder unless told. /tmp may be memory.</summary>
    public string Folder { get; init; } = ".";

    public bool Json { get; init; }

    public int Rounds { get; init; } = 5;

    /// <summary>Length of one round of one probe.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Names of probes or beginnings of them; all when empty.</summary>
    public IReadOnlyList<string> Probes { get; init; } = [];
}
