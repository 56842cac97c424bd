using System.ComponentModel;
using System.Diagnostics;

namespace Forewave.Bench.Peers.Peers;

/// <summary>Runs a program to its end and takes its standard output; what it writes to standard error passes through.</summary>
internal static class CommandLine
{
    /// <summary>Throws when the program ends with another code than 0 or 1; 1 is how a benchmark says that it found a loss.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started.");
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode is 0 or 1
                ? output
                : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {output}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The version of an installed Debian package, or null.</summary>
    public static async Task<string?> PackageVersionAsync(string package, CancellationToken cancellation)
    {
        try
        {
            var answer = await RunAsync("dpkg-query", ["-W", "-f", "${db:Status-Abbrev}${Version}", package], cancellation);
            return answer.StartsWith("ii", StringComparison.Ordinal) ? answer[2..].Trim() : null;
        }
        catch (Win32Exception)
        {
            return null; // Not a Debian.
        }
    }
}
