namespace Forewave.Client.Tests.Fakes;

internal static class TaskWaits
{
    // Only a test that fails waits for so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Fails the test where it would hang.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);

    /// <inheritdoc cref="Soon{T}(Task{T})"/>
    public static Task Soon(this Task task) => task.WaitAsync(Patience);

    /// <inheritdoc cref="Soon{T}(Task{T})"/>
    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().Soon();

    /// <inheritdoc cref="Soon{T}(Task{T})"/>
    public static Task Soon(this ValueTask task) => task.AsTask().Soon();
}
