using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>What one partition tells, entry by entry. One task at a time.</summary>
/// <param name="target">Who.</param>
/// <param name="entries">What.</param>
internal sealed class PartitionStream<T>(PartitionTarget target, IAsyncEnumerator<T> entries) : IAsyncDisposable
{
    /// <summary>Which partition.</summary>
    public PartitionNumber Partition { get; } = target.Partition!.Value;

    /// <summary>There is an entry, in <see cref="Current"/>.</summary>
    public bool HasCurrent { get; private set; }

    /// <summary>The entry.</summary>
    public T Current => entries.Current;

    /// <summary>It has told something, or has nothing.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Why it told no more; null: nothing is missing.</summary>
    public ForewaveException? Error { get; private set; }

    /// <summary>On to the next entry; throws nothing but a cancellation.</summary>
    public async Task MoveAsync()
    {
        try
        {
            HasCurrent = await entries.MoveNextAsync().ConfigureAwait(false);
            HasAnswered = true;
        }
        catch (ForewaveException error)
        {
            HasCurrent = false;
            Error = error;
        }
    }

    public ValueTask DisposeAsync() => entries.DisposeAsync();
}
