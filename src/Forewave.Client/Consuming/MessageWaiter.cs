namespace Forewave.Client.Consuming;

/// <summary>Somebody who waits for a message. As a piece of work it is that they go on.</summary>
internal sealed class MessageWaiter : TaskCompletionSource, IThreadPoolWorkItem
{
    void IThreadPoolWorkItem.Execute() => TrySetResult();
}
