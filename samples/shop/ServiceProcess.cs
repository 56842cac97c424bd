using System.Diagnostics;

namespace Forewave.Samples.Shop;

/// <summary>A program of this build that is killed and started again, always with the same arguments. What it prints goes to a file.</summary>
internal sealed class ServiceProcess(string program, DirectoryInfo folder) : IAsyncDisposable
{
    private Process? _process;

    /// <summary>Set before it is started.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];

    /// <summary>How often it was killed while it worked.</summary>
    public int Kills { get; private set; }

    public void Start() => _process = Process.Start(new ProcessStartInfo(
        // exec: the process is the service, not a shell.
        "sh", ["-c", "exec dotnet exec \"$@\" >>\"$0\" 2>&1", Path.Combine(folder.FullName, $"{program}.log"), Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. Arguments])
    {
        WorkingDirectory = folder.FullName,
    });

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        Kills++;
        await EndAsync();
    }

    /// <summary>The same, when nothing is to be disturbed any more.</summary>
    public async Task EndAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await EndAsync();
    }
}
