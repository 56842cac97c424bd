namespace Forewave.Broker.Search;

/// <summary>A place among those who read messages one after the other, taken when the first is read. For one search.</summary>
internal sealed class ScanTurn(SearchTurns turns) : IDisposable
{
    private SearchTurns.Turn? _turn;

    /// <summary>Takes the place, if it is not taken.</summary>
    /// <exception cref="RefusedException">TooManySearches.</exception>
    public void Take() => _turn ??= turns.BeginScan();

    /// <inheritdoc/>
    public void Dispose() => _turn?.Dispose();
}
