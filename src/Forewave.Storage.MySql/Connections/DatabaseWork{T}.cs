using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Connections;

/// <inheritdoc/>
internal sealed class DatabaseWork<T>(Func<Connection, T> work, Repetition repetition, CancellationToken cancellation) : DatabaseWork(repetition)
{
    // What is continued runs on the pool, never on the database's thread.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<T> Completion => _completion.Task;

    internal override WorkOutcome Run(Connection connection, bool mayRepeat)
    {
        if (cancellation.IsCancellationRequested)
        {
            _completion.SetCanceled(cancellation);
            return WorkOutcome.Done;
        }

        try
        {
            _completion.SetResult(work(connection));
            return WorkOutcome.Done;
        }
        catch (DatabaseException lost) when (mayRepeat && lost.Failure == DatabaseFailure.ConnectionLost)
        {
            return WorkOutcome.Again;
        }
        catch (Exception failure)
        {
            _completion.SetException(failure);
            return WorkOutcome.Failed;
        }
    }

    internal override void Refuse(Exception failure) => _completion.TrySetException(failure);
}
