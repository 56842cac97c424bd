using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Forewave.Coordination.ZooKeeper.Tests.Server;

/// <summary>A ZooKeeper of the tests' own: in a temporary folder, on free ports, ended by its process id.</summary>
public sealed class ZooKeeperServer : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("forewave-zookeeper-");
    private readonly string _members;
    private Process? _process;
    private Process? _watch;

    public ZooKeeperServer()
        : this("", 0)
    {
    }

    // One of several: the lines that name them all, and which of them it is.
    internal ZooKeeperServer(string members, int number)
    {
        _members = members;
        if (number > 0)
            File.WriteAllText(Path.Combine(_folder.FullName, "myid"), $"{number}");
    }

    internal int Port { get; } = FreePort();

    internal string Address => $"127.0.0.1:{Port}";

    public async Task InitializeAsync()
    {
        Start();
        await using ZooKeeperSession first = await OpenAsync(Address);
    }

    public async Task DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A session through this address, once a server answers there.</summary>
    internal static async Task<ZooKeeperSession> OpenAsync(string servers, double seconds = 10) => await ZooKeeperSession.OpenAsync(
        new ZooKeeperOptions { Servers = servers, SessionTimeout = TimeSpan.FromSeconds(seconds), OpenTimeout = StartTimeout }, default);

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Begins to start it; who wants it ready opens a session.</summary>
    internal void Start()
    {
        string configuration = Path.Combine(_folder.FullName, "zoo.cfg");
        File.WriteAllText(configuration, $"""
            tickTime=500
            maxSessionTimeout=60000
            initLimit=40
            syncLimit=10
            dataDir={_folder.FullName}
            clientPort={Port}
            clientPortAddress=127.0.0.1
            admin.enableServer=false
            maxClientCnxns=0
            forceSync=no
            {_members}
            """);
        // What is killed here are processes, so nothing needs to be synced; the short compiler saves a second at the start.
        var start = new ProcessStartInfo("java",
        [
            "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.jmx.log4j.disable=true", "-cp", "/usr/share/java/zookeeper.jar",
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration,
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        // When this process is killed, its end of the pipe closes: then the server and its folder go too.
        _watch = Process.Start(
            new ProcessStartInfo("sh", ["-c", "read line || { kill -9 $0; rm -rf \"$1\"; }", $"{_process.Id}", _folder.FullName]) { RedirectStandardInput = true, UseShellExecute = false });
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    internal async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        await _watch!.StandardInput.WriteLineAsync("ended");
        await _watch.WaitForExitAsync();
        _watch.Dispose();
    }
}
