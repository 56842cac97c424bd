namespace Forewave.Broker.Sessions;

/// <summary>
/// Commands of one connection that take their time (a change that waits for its commit, a question to a delivery loop): one
/// after the other, beside the read loop, so that publishing and heartbeats go on. How many wait is bounded by the requests in
/// flight. An errand catches what it throws: it has an answer to write.
/// </summary>
internal sealed class SessionErrands
{
    private Task _last = Task.CompletedTask;

    /// <summary>Runs an errand after those before it. For the read loop alone.</summary>
    public void Add(Func<Task> errand) => _last = _last.IsCompleted ? errand() : AfterAsync(_last, errand);

    /// <summary>Completes when all are done.</summary>
    public Task EndAsync() => _last;

    private static async Task AfterAsync(Task before, Func<Task> errand)
    {
        await before;
        await errand();
    }
}
