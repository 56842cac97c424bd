using System.Diagnostics.CodeAnalysis;
using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>
/// One broker's part in its group: it serves while the record names it, follows while the record names the other, and takes over when
/// that one is gone and the record says that it may. docs/cluster-model.md has the rules.
/// <para>
/// One loop, <see cref="RunAsync"/>, once. What fails is tried again, with a pause that grows; only a cancellation ends it. While the
/// coordination service is away a master goes on serving, and a slave following. <see cref="State"/> may be read from any thread.
/// </para>
/// </summary>
public sealed class GroupMember
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly Func<CancellationToken, ValueTask<ICoordinationSession>> _openSession;
    private readonly MemberSurroundings _around;
    private readonly Lock _gate = new();
    private IMemberPart _part;
    private TaskCompletionSource _bell = new();
    private GroupView? _told;
    private GroupView? _view;
    private ICoordinationSession? _session;
    private TimeSpan _pause = FirstPause;

    /// <summary>Does nothing yet.</summary>
    /// <param name="options">Who it is.</param>
    /// <param name="openSession">Opens a session; called again whenever one has ended.</param>
    /// <param name="database">Its own database.</param>
    /// <param name="service">Serves the partition.</param>
    /// <param name="time">The clock of its pace and patience.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside of its range.</exception>
    public GroupMember(
        MemberOptions options,
        Func<CancellationToken, ValueTask<ICoordinationSession>> openSession,
        IMemberDatabase database,
        IMemberService service,
        TimeProvider time)
    {
        options.Check();
        _openSession = openSession;
        _around = new MemberSurroundings(options, database, service, time);
        _part = new WaitingPart(_around);
    }

    /// <summary>What it is now.</summary>
    public MemberState State => Volatile.Read(ref _part).State;

    /// <summary>The group as it was told last; null: nothing was told yet. Its parts may be of the moment before a session was lost.</summary>
    public GroupView? View => Volatile.Read(ref _view);

    /// <summary>
    /// Asks the coordination service something over the present session. True: it answered, so the session lived when that was asked. False: it
    /// did not, or there is no session. Any thread; it ends when it is cancelled.
    /// </summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever fails is no answer.")]
    public async Task<bool> HearsAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _session) is not { } session)
            return false;
        try
        {
            await session.ReadAsync(_around.Options.Partition, cancellation);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Takes its part until it is cancelled; then it stops serving or following, and gives its session up.</summary>
    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
                await RunSessionAsync(cancellation);
        }
        finally
        {
            await _part.EndAsync();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What fails is told and tried again.")]
    private async Task RunSessionAsync(CancellationToken cancellation)
    {
        ICoordinationSession session;
        try
        {
            session = await _openSession(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            await PauseAsync($"No session with the coordination service: {failure.Message}", cancellation);
            return;
        }
        await using (session)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Ended);
            var watching = WatchAsync(session, end.Token);
            Volatile.Write(ref _session, session);
            try
            {
                await TakeTurnsAsync(new Seat(session, _around.Options), end.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The session is over; another one is opened.
            }
            finally
            {
                Volatile.Write(ref _session, null);
                Stop(end);
                await watching;
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What fails is told and tried again.")]
    private async Task TakeTurnsAsync(Seat seat, CancellationToken end)
    {
        while (true)
        {
            await RungAsync(end);
            if (Interlocked.Exchange(ref _told, null) is { } view)
            {
                seat.Note(view);
                Volatile.Write(ref _view, view);
            }
            if (!seat.HasView)
                continue;
            try
            {
                var before = _part;
                Volatile.Write(ref _part, await before.TurnAsync(seat, end));
                _pause = FirstPause;
                // Its first turn is now: a new master announces itself in it.
                if (before != _part)
                    Ring();
            }
            catch (Exception failure) when (!end.IsCancellationRequested)
            {
                await PauseAsync($"{_part.State}: {failure.Message}", end);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A session that ended says so by its token.")]
    private async Task WatchAsync(ICoordinationSession session, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await foreach (var view in session.WatchAsync(_around.Options.Partition, end))
                {
                    Volatile.Write(ref _told, view);
                    Ring();
                }
            }
            catch (Exception failure) when (!end.IsCancellationRequested && failure is not ForewaveException { Code: ErrorCode.CoordinationExpired })
            {
                _around.Tell($"The record of partition {_around.Options.Partition} cannot be watched: {failure.Message}");
                await RestAsync(_around.Options.LongestPause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    // Here and now, so that nothing of this session goes on beside the next one.
    private static void Stop(CancellationTokenSource end) => end.Cancel();

    private void Ring()
    {
        lock (_gate)
            _bell.TrySetResult();
    }

    // Something was told, or it is time to look anyway.
    private async Task RungAsync(CancellationToken end)
    {
        Task rung;
        lock (_gate)
            rung = _bell.Task;
        try
        {
            await rung.WaitAsync(_around.Options.Pace, _around.Time, end);
        }
        catch (TimeoutException)
        {
            return;
        }
        lock (_gate)
            _bell = new TaskCompletionSource();
    }

    // Where it is cancelled, what comes after it has run when the cancelling returns; after Task.Delay it would run on a thread of the pool.
    private async Task RestAsync(TimeSpan span, CancellationToken cancellation)
    {
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(span, _around.Time, cancellation);
        }
        catch (TimeoutException)
        {
            // It is over.
        }
    }

    private async Task PauseAsync(string why, CancellationToken cancellation)
    {
        _around.Tell(why);
        await RestAsync(_pause, cancellation);
        _pause = _pause * 2 < _around.Options.LongestPause ? _pause * 2 : _around.Options.LongestPause;
    }
}
