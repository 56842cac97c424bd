using System.Threading.Channels;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Transactions;

/// <summary>
/// Asks the program what became of transactions, eight at a time, and tells the broker. What the program does not answer within the interval
/// of the questions is unknown, and so is what it fails over; of calls that go on all the same 32 are let run. 1,024 questions wait, as many as the broker asks over one
/// connection; beyond them the oldest are dropped, which came over a connection that is gone, or were given up: the broker asks again. Thread-safe.
/// </summary>
internal sealed class CheckBackAnswers : IAsyncDisposable
{
    private const int MostWaiting = 1_024;
    private const int AtOnce = 8;
    private const int MostRunning = 32;

    private readonly Channel<CheckBackQuestion> _questions = Channel.CreateBounded<CheckBackQuestion>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _end = new();
    private readonly TransactionLane _lane;
    private readonly ProducerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _workers;
    private int _running;

    public CheckBackAnswers(TransactionLane lane, ProducerOptions options, ForewaveClientOptions client)
    {
        (_lane, _options, _time) = (lane, options, client.TimeProvider);
        _logger = client.LoggerFactory.CreateLogger("Forewave.Client");
        _workers = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>The broker asks. Never blocks; where no more may wait the oldest question is dropped.</summary>
    public void Ask(CheckBackQuestion question) => _questions.Writer.TryWrite(question);

    public async ValueTask DisposeAsync()
    {
        _questions.Writer.TryComplete();
        await _end.CancelAsync().ConfigureAwait(false);
        await _workers.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (CheckBackQuestion question in _questions.Reader.ReadAllAsync(_end.Token).ConfigureAwait(false))
            {
                await AnswerAsync(question).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The producer is disposed.
        }
    }

    private async Task AnswerAsync(CheckBackQuestion question)
    {
        TransactionOutcome outcome = await AskAsync(question).ConfigureAwait(false);
        TransactionDecision decision = outcome switch
        {
            TransactionOutcome.Committed => TransactionDecision.Commit,
            TransactionOutcome.RolledBack => TransactionDecision.RollBack,
            _ => TransactionDecision.Unknown,
        };
        try
        {
            await _lane.DecideAsync(question.Transaction, decision, _end.Token).ConfigureAwait(false);
        }
        catch (ForewaveException e)
        {
            // Where it is not decided the broker asks again.
            ClientLog.CheckBackRefused(_logger, question.Transaction, outcome, e);
        }
    }

    // On a thread of its own: a handler that blocks holds up neither the other questions nor the end. What goes on beyond its time is counted, so
    // that a handler that never returns does not take all threads.
    private Task<TransactionOutcome> CallAsync(CheckBackQuestion question, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _running) > MostRunning)
        {
            Interlocked.Decrement(ref _running);
            return Task.FromException<TransactionOutcome>(new TimeoutException($"{MostRunning} calls of the check-back handler have not returned."));
        }

        return Task.Run(
            async () =>
            {
                try
                {
                    return await _options.CheckBack!(question, cancellation).ConfigureAwait(false);
                }
                finally
                {
                    Interlocked.Decrement(ref _running);
                }
            },
            CancellationToken.None);
    }

    private async Task<TransactionOutcome> AskAsync(CheckBackQuestion question)
    {
        using CancellationTokenSource late = new(_options.CheckBackTiming.Interval, _time);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        try
        {
            return await CallAsync(question, any.Token).WaitAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            ClientLog.CheckBackFailed(_logger, question.Transaction, e);
            return TransactionOutcome.Unknown;
        }
    }
}
