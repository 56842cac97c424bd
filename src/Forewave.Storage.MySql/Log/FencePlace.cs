using Forewave.Protocol;

namespace Forewave.Storage.MySql.Log;

/// <summary>What a row of MQ_FENCE says.</summary>
/// <param name="Epoch">Who may write.</param>
/// <param name="Position">What is written.</param>
internal readonly record struct FencePlace(Epoch Epoch, ulong Position);
