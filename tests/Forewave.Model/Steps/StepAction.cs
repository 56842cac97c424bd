using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>Does one step at one node, where it can happen; false: it cannot, and the world may be half changed.</summary>
internal delegate bool StepAction(ref World world, int node, Rules rules);
