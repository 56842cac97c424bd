using Forewave.Protocol;
using Forewave.Server.Interop;

namespace Forewave.Server.Listeners;

/// <summary>How many connections the operating system's limit of open files allows.</summary>
internal static class OpenFiles
{
    /// <summary>For the log, the index, the runtime and HTTP.</summary>
    private const ulong KeptBack = 1_000;

    /// <summary>Raises the process' soft limit to the hard one; the hard one less 1,000, at most 50,000, at least 16.</summary>
    public static int MaxConnections()
    {
        if (!OperatingSystem.IsLinux() || LibC.GetLimit(LibC.OpenFilesLimit, out var limit) != 0)
            return Limits.DefaultConnections;
        if (limit.Soft < limit.Hard)
        {
            FileLimit raised = new() { Soft = limit.Hard, Hard = limit.Hard };
            if (LibC.SetLimit(LibC.OpenFilesLimit, in raised) == 0)
                limit = raised;
        }
        return (int)Math.Clamp(limit.Soft > KeptBack ? limit.Soft - KeptBack : 0, 16UL, Limits.MaxConnections);
    }
}
