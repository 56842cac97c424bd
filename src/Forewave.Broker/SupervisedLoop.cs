using Forewave.Broker.Sessions;

namespace Forewave.Broker;

/// <summary>
/// A loop with one owner. What it throws is a fault: logged once, counted, and the partition stops, because a loop that died
/// silently is found out weeks later. Its age, the time since it last said that it goes on, is a metric.
/// </summary>
internal sealed class SupervisedLoop : IThreadPoolWorkItem, IDisposable
{
    private readonly Func<LoopPulse, CancellationToken, Task> _run;
    private readonly SessionParts _parts;
    private readonly CancellationTokenSource _stop = new();
    private readonly LoopPulse _pulse;
    private TaskCompletionSource? _ended;
    private Task _running = Task.CompletedTask;

    public SupervisedLoop(string name, Func<LoopPulse, CancellationToken, Task> run, SessionParts parts)
    {
        Name = name;
        _run = run;
        _parts = parts;
        _pulse = new LoopPulse(parts.Time);
    }

    /// <summary>Its name in logs and metrics.</summary>
    public string Name { get; }

    /// <summary>How long ago it last went on.</summary>
    public TimeSpan Age => _pulse.Age;

    /// <summary>Starts it.</summary>
    public void Start()
    {
        _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _parts.Threads.Queue(this);
    }

    /// <summary>Ends it; completes when it has ended.</summary>
    public async Task StopAsync()
    {
        _stop.Cancel();
        if (_ended is not null)
            await _ended.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    void IThreadPoolWorkItem.Execute() => _running = RunAsync();

    private async Task RunAsync()
    {
        try
        {
            await _run(_pulse, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to end.
        }
        catch (Exception fault)
        {
            _parts.Metrics.LoopFaulted(Name);
            _parts.Health.Fail($"the {Name} loop", fault);
        }
        finally
        {
            _ended!.SetResult();
        }
    }
}
