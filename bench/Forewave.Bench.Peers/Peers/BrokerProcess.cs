using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Forewave.Bench.Peers.Peers;

/// <summary>A process of a broker, started and ended here.</summary>
/// <remarks>
/// Ended by killing its own process tree by id: its folder is thrown away, so nobody waits for a clean stop. Standard output and error
/// are read all the time; their last lines explain a start that failed.
/// </remarks>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private const int KeptLines = 30;
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(50);
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource<string> _readyLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _readyPrefix;

    private BrokerProcess(ProcessStartInfo start, string? readyPrefix)
    {
        _readyPrefix = readyPrefix;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        Id = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id { get; }

    /// <param name="start">The program, its arguments and environment; its output is redirected here.</param>
    /// <param name="readyPrefix">How the line begins that <see cref="ReadyLineAsync"/> waits for.</param>
    public static BrokerProcess Start(ProcessStartInfo start, string? readyPrefix = null)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return new BrokerProcess(start, readyPrefix);
    }

    /// <summary>Waits until the port takes connections. Throws when the process ends before, or after 90 s.</summary>
    public async Task ListensAsync(int port, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await TakesConnectionsAsync(port, cancellation))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(since) > StartsWithin)
            {
                throw NotReady($"port {port} did not take connections");
            }

            await Task.Delay(TryAgainAfter, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Waits for the line that the process writes when it is ready.</summary>
    public async Task<string> ReadyLineAsync(CancellationToken cancellation)
    {
        var exited = _process.WaitForExitAsync(cancellation);
        var late = Task.Delay(StartsWithin, TimeProvider.System, cancellation);
        return await Task.WhenAny(_readyLine.Task, exited, late) == _readyLine.Task
            ? await _readyLine.Task
            : throw NotReady($"no line began with '{_readyPrefix}'");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> TakesConnectionsAsync(int port, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false; // Not yet.
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }

        if (_readyPrefix is not null && line.StartsWith(_readyPrefix, StringComparison.Ordinal))
        {
            _readyLine.TrySetResult(line);
        }
    }

    private InvalidOperationException NotReady(string what)
    {
        lock (_gate)
        {
            var state = _process.HasExited ? $"ended with {_process.ExitCode}" : "still runs";
            return new InvalidOperationException($"{_process.StartInfo.FileName}: {what}; the process {state}. Its last lines:\n{string.Join('\n', _lines)}");
        }
    }
}
