namespace Forewave.Broker.Tests.Coordination.Members;

/// <inheritdoc cref="PendingStep"/>
internal sealed class PendingStep<T>(string what, Func<T> act) : PendingStep(what)
{
    private readonly TaskCompletionSource<T> _answer = new();
    private Action<TaskCompletionSource<T>> _outcome = static _ => { };

    public Task<T> Answered => _answer.Task;

    public override void Do()
    {
        IsDone = true;
        try
        {
            T value = act();
            _outcome = answer => answer.TrySetResult(value);
        }
        catch (IOException failure)
        {
            _outcome = answer => answer.TrySetException(failure);
        }
    }

    public override void Answer() => _outcome(_answer);

    public override void TimeOut() => _answer.TrySetException(new IOException($"{What} took too long"));
}
