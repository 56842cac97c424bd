namespace Forewave.Storage;

/// <summary>Names a slice: given by the engine, never twice.</summary>
/// <param name="Value">1 or more; the highest byte is the owner.</param>
public readonly record struct SliceNumber(ulong Value)
{
    private const int OwnerShift = 56;

    /// <summary>Who keeps it.</summary>
    public SliceOwner Owner => (SliceOwner)(Value >> OwnerShift);

    /// <summary>The first number that an owner does not use.</summary>
    public static SliceNumber Before(SliceOwner owner) => new((ulong)owner << OwnerShift);

    /// <summary>The number after this one.</summary>
    public SliceNumber Next => new(Value + 1);
}
