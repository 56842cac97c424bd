using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>The answer of all partitions together.</summary>
/// <param name="Answer">Merged.</param>
/// <param name="Unanswered">Partitions that are missing in it: they did not answer in time.</param>
internal readonly record struct AllAnswers(AdministrationAnswer Answer, IReadOnlyList<PartitionNumber> Unanswered);
