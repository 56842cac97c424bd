using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>
/// Publishes with an observer. One loop issues; receipts are counted on the SDK's completion thread, one at a time. Costs no
/// allocation per message. Without a record file the token is the time of the call; with one it is a place in a table.
/// </summary>
internal sealed class CallbackSender : IBenchSender, IPublishObserver
{
    private readonly BenchStream _stream;
    private readonly byte[] _body;
    private readonly SentTable? _sent;
    private readonly QueueName _onlyQueue;
    private TaskCompletionSource? _waiter;
    private long _resumeAt;
    private long _issued;
    private long _completed;

    /// <param name="stream">What to publish.</param>
    /// <param name="needsSequences">The outcome's sequence is to be known: there is a record file.</param>
    public CallbackSender(BenchStream stream, bool needsSequences)
    {
        _stream = stream;
        _body = stream.NewBody();
        _onlyQueue = stream.QueueOf(0);
        _sent = needsSequences ? new SentTable((int)stream.InFlight) : null;
    }

    private long InFlight => _issued - Volatile.Read(ref _completed);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!_stream.IsExhausted && !cancellation.IsCancellationRequested)
        {
            if (TryIssue(BenchInstant.Now))
                continue;
            if (InFlight >= _stream.InFlight)
                await WaitUntilInFlightAsync(_stream.InFlight - Math.Max(1, _stream.InFlight / 8));
            else
                await _stream.Producer.WaitForRoomAsync(cancellation);
        }
        await EndAsync();
    }

    /// <summary>Publishes one message; false when there are as many in flight as there may be, or the SDK has no room.</summary>
    public bool TryIssue(BenchInstant intendedTime)
    {
        if (InFlight >= _stream.InFlight)
            return false;
        long sequence = _stream.Next(_body, intendedTime);
        var now = BenchInstant.Now;
        long token = _sent?.Add(sequence, now) ?? now.Ticks;
        _issued++;
        if (_stream.Producer.TryPublish(_stream.QueueOf(sequence), _stream.MessageOf(_body, sequence), this, token))
            return true;
        _issued--;
        _sent?.Remove(token);
        _stream.TakeBack();
        return false;
    }

    /// <summary>Completes when each message that was issued has its outcome.</summary>
    public Task EndAsync() => WaitUntilInFlightAsync(0);

    /// <inheritdoc/>
    public void Stored(in Receipt receipt, long token)
    {
        if (_sent is null)
            _stream.CountStored(in receipt, 0, _onlyQueue, new BenchInstant(token));
        else
            CountRecorded(in receipt, token);
        Completed();
    }

    /// <inheritdoc/>
    public void Failed(ForewaveException error, long token)
    {
        _sent?.Remove(token);
        _stream.CountErrors(error, 1);
        Completed();
    }

    private void CountRecorded(in Receipt receipt, long token)
    {
        var (sequence, sentAt) = _sent!.Remove(token);
        _stream.CountStored(in receipt, sequence, _stream.QueueOf(sequence), sentAt);
    }

    private void Completed()
    {
        // A full fence: the waiter is looked for after the count can be seen.
        Interlocked.Increment(ref _completed);
        if (Volatile.Read(ref _waiter) is { } waiter && InFlight <= Volatile.Read(ref _resumeAt))
            waiter.TrySetResult();
    }

    private async Task WaitUntilInFlightAsync(long most)
    {
        while (InFlight > most)
        {
            TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _resumeAt, most);
            Interlocked.Exchange(ref _waiter, waiter);
            if (InFlight > most)
                await waiter.Task;
            Volatile.Write(ref _waiter, null);
        }
    }
}
