namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>A promise of the store was broken.</summary>
internal sealed class ViolationException(ViolationKind kind, string what) : Exception($"{kind}: {what}")
{
    public ViolationKind Kind => kind;
}
