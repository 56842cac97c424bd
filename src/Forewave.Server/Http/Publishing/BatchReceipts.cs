using System.Threading.Tasks.Sources;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Server.Http.Publishing;

/// <summary>
/// Collects what became of each message of a request. Told by the producer on one thread at a time, read when
/// <see cref="Task"/> has completed.
/// </summary>
internal sealed class BatchReceipts : IPublishObserver, IValueTaskSource
{
    private readonly Receipt[] _receipts;
    private ManualResetValueTaskSourceCore<bool> _core;
    private ForewaveException?[]? _errors;
    private int _open;

    public BatchReceipts(int count)
    {
        _receipts = new Receipt[count];
        _open = count;
        if (count == 0)
            _core.SetResult(true);
    }

    /// <summary>How many messages.</summary>
    public int Count => _receipts.Length;

    /// <summary>Not all of them are stored.</summary>
    public bool AnyFailed => _errors is not null;

    /// <summary>The receipt of one of them, where it has no error.</summary>
    public Receipt this[int message] => _receipts[message];

    /// <summary>Completes when each has its outcome. Awaited once.</summary>
    public ValueTask Task => new(this, _core.Version);

    /// <summary>Receipts that do not say enough are errors. When all have their outcomes.</summary>
    public void Check(RequiredDurability required)
    {
        for (int i = 0; i < Count; i++)
        {
            if (ErrorOf(i) is null && required.ShortfallOf(_receipts[i]) is { } shortfall)
                (_errors ??= new ForewaveException?[Count])[i] = shortfall;
        }
    }

    /// <summary>Why one of them is not stored, or may not be; null where it is.</summary>
    public ForewaveException? ErrorOf(int message) => _errors?[message];

    /// <inheritdoc/>
    public void Stored(in Receipt receipt, long token)
    {
        _receipts[token] = receipt;
        CountDown();
    }

    /// <inheritdoc/>
    public void Failed(ForewaveException error, long token)
    {
        if (_errors is null)
            Interlocked.CompareExchange(ref _errors, new ForewaveException?[Count], null);
        _errors[token] = error;
        CountDown();
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _core.SetResult(true);
    }
}
