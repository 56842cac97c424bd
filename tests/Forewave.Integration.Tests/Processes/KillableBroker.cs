using System.Net;

namespace Forewave.Integration.Tests.Processes;

/// <summary>A broker that is killed and started again on its folder and port. Disposing kills it and removes the folder.</summary>
internal sealed class KillableBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("forewave-kill-").FullName;
    private ForewaveProcess? _process;

    /// <summary>Where it takes frames: free at the first start, the same ever after.</summary>
    public string Address { get; private set; } = $"{IPAddress.Loopback}:0";

    /// <summary>A place for files that belong to the test, beside the broker's data.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        _process = ForewaveProcess.Start("serve", "--data", PathOf("data"), "--listen", Address, "--http", $"{IPAddress.Loopback}:0");
        string? ready = await _process.Output.ReadLineAsync().WaitAsync(StartTime);
        Assert.True(ready is not null, $"the broker ended: {_process.Errors}");
        string listen = ready.Split(' ').Single(word => word.StartsWith("listen=", StringComparison.Ordinal));
        Address = listen["listen=".Length..];
    }

    /// <summary>Kills it with -9.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
