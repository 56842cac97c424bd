using Forewave.Broker.Deduplication;

namespace Forewave.Broker.Ingest;

/// <summary>Walks what is new in a batch by sequence, piece by piece. Usable in <c>foreach</c>; allocates nothing.</summary>
internal ref struct RepeatPieces
{
    private readonly ReadOnlySpan<IdClaim> _claims;
    private readonly int _count;
    private int _message;
    private int _claim;

    /// <param name="batch">Whose claims are decided.</param>
    /// <param name="claims">All claims of its publish.</param>
    public RepeatPieces(in PendingBatch batch, ReadOnlySpan<IdClaim> claims)
    {
        _claims = claims.Slice(batch.FirstClaim, batch.ClaimCount);
        _count = batch.Count;
        _message = batch.KnownCount;
    }

    /// <summary>The piece that the walk stands at.</summary>
    public RepeatPiece Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly RepeatPieces GetEnumerator() => this;

    /// <summary>Steps to the next piece. False: there is none.</summary>
    public bool MoveNext()
    {
        if (_message == _count)
            return false;
        while (_claim < _claims.Length && (_claims[_claim].Message < _message || !_claims[_claim].IsRepeat))
            _claim++;
        bool isRepeat = _claim < _claims.Length && _claims[_claim].Message == _message;
        if (isRepeat)
        {
            Current = Repeats();
        }
        else
        {
            int end = _claim < _claims.Length ? _claims[_claim].Message : _count;
            Current = new RepeatPiece { First = _message, Count = end - _message, IsRepeat = false };
        }
        _message += Current.Count;
        return true;
    }

    private readonly RepeatPiece Repeats()
    {
        ref readonly var first = ref _claims[_claim];
        int count = 1;
        while (first.OriginalClaim == 0 && _claim + count < _claims.Length && Follows(_claims[_claim + count], count))
            count++;
        return new RepeatPiece
        {
            First = _message,
            Count = count,
            IsRepeat = true,
            Original = first.Original,
            OriginalClaim = first.OriginalClaim,
        };
    }

    private readonly bool Follows(in IdClaim claim, int after) =>
        claim.Message == _message + after
        && claim.IsRepeat
        && claim.OriginalClaim == 0
        && claim.Original.Bits == _claims[_claim].Original.Bits + (ulong)after;
}
