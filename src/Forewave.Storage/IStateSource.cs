namespace Forewave.Storage;

/// <summary>The engine while a checkpoint is taken.</summary>
public interface IStateSource
{
    /// <summary>Writes every part of the state; each part is consistent in itself.</summary>
    ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation);
}
