using System.Diagnostics;

namespace Forewave.Integration.Tests.Processes;

/// <summary>
/// <c>forewave</c> as a process of its own. Disposal kills it by its id if it still runs. Its stderr is collected, for the
/// messages of failed assertions.
/// </summary>
internal sealed class CliProcess : IDisposable
{
    private readonly Process _process;

    private CliProcess(Process process)
    {
        _process = process;
        Errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its output.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>Its input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>All of stderr, when it has ended.</summary>
    public Task<string> Errors { get; }

    /// <summary>Starts it.</summary>
    public static CliProcess Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "forewave.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return new CliProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<CliResult> RunAsync(params string[] arguments) => await RunAsync(ReadOnlyMemory<byte>.Empty, arguments);

    /// <summary>Runs it to its end, with an input.</summary>
    public static async Task<CliResult> RunAsync(ReadOnlyMemory<byte> input, params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.Output.ReadToEndAsync();
        await process.FeedAsync(input);
        return new CliResult { ExitCode = await process.WaitAsync(), Output = await output, Errors = await process.Errors };
    }

    /// <summary>Gives it all its input.</summary>
    public async Task FeedAsync(ReadOnlyMemory<byte> input)
    {
        try
        {
            await Input.BaseStream.WriteAsync(input);
            Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading all: its exit code tells.
        }
    }

    /// <summary>Waits for its end; its exit code.</summary>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        return await WaitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
