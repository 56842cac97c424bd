using Forewave.Protocol;
using Forewave.Storage.Conformance;

namespace Forewave.Storage.MySql.Tests.Replication;

/// <summary>Publishes one message after the other to a store, some in flight at a time, and knows which were answered. One per store.</summary>
internal sealed class AppendLoad(IStore store)
{
    /// <summary>The queue that it publishes to.</summary>
    public const uint Queue = 1;

    private const int InFlight = 25;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Body, CommitSignal Signal)> _appended = [];
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Completes when so many more are answered.</summary>
    public async Task AnsweredMoreAsync(int messages)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((_appended.Count + messages, reached));
        }

        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends it, whether or not what is in flight is answered.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>One message more, now. Null: the store takes none.</summary>
    public CommitSignal? Append(string body)
    {
        var signal = new CommitSignal();
        RecordDraft draft = MessageRuns.Published(Queue, body) with { Owner = signal };
        if (store.TryAppend([draft], out _) != AppendOutcome.Appended)
        {
            return null;
        }

        lock (_lock)
        {
            _appended.Add((body, signal));
        }

        return signal;
    }

    /// <summary>The bodies that were answered, of a store that was disposed: each signal has been told.</summary>
    public List<string> Answered()
    {
        lock (_lock)
        {
            return [.. _appended.Where(one => one.Signal.Told.IsCompletedSuccessfully).Select(one => one.Body)];
        }
    }

    private async Task RunAsync()
    {
        for (int message = 1; !_stop.IsCancellationRequested; message++)
        {
            if (Append($"message {message}") is not { } signal)
            {
                return;
            }

            if (message % InFlight == 0 && !await IsAnsweredAsync(signal))
            {
                return;
            }
        }
    }

    private async Task<bool> IsAnsweredAsync(CommitSignal signal)
    {
        try
        {
            await signal.Told.WaitAsync(_stop.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or StoreException)
        {
            return false;
        }

        lock (_lock)
        {
            _waiting.RemoveAll(one => one.Count <= _appended.Count && one.Reached.TrySetResult());
        }

        return true;
    }
}
