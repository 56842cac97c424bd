using System.Globalization;

namespace Forewave.Integration.Tests.Processes;

/// <summary>What Linux says of a process, in <c>/proc</c>.</summary>
internal readonly record struct ProcessFiles(int Id)
{
    /// <summary>Memory that it has now.</summary>
    public long ResidentBytes => Status("VmRSS:");

    /// <summary>The most memory that it had since <see cref="ForgetPeak"/>.</summary>
    public long PeakBytes => Status("VmHWM:");

    /// <summary>Descriptors that it has open.</summary>
    public int OpenFiles => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>Hard limit of its open files.</summary>
    public int MaxOpenFiles => int.Parse(
        File.ReadLines($"/proc/{Id}/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4].Replace("unlimited", "2147483647", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);

    /// <summary>The next <see cref="PeakBytes"/> begins at what it has now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{Id}/clear_refs", "5");

    private long Status(string field)
    {
        string line = File.ReadLines($"/proc/{Id}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', '\t').Single(word => word.Length > 0 && char.IsDigit(word[0])), CultureInfo.InvariantCulture);
    }
}
